/** Every rule of @graphql-eslint on schemas, Relay's among them; each that is off says why. */

import { fileURLToPath } from "node:url";

import graphql from "@graphql-eslint/eslint-plugin";

const schema = fileURLToPath(new URL("../../../api/schema.graphql", import.meta.url));

export default [
  {
    files: ["**/*.graphql"],
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema } },
    },
    plugins: { "@graphql-eslint": graphql },
    rules: {
      ...graphql.configs["flat/schema-all"].rules,
      ...graphql.configs["flat/schema-relay"].rules,
      "@graphql-eslint/require-description": [
        "error",
        {
          types: true,
          rootField: true,
          DirectiveDefinition: true,
          EnumValueDefinition: true,
          FieldDefinition: true,
          InputValueDefinition: true,
        },
      ],
      // Fields and values stand in the order of their meaning.
      "@graphql-eslint/alphabetize": "off",
      // `nodes` stands beside `edges`, and what is short and has no pages is a plain list. A region
      // is no Node: its code is its identity, here and everywhere else in China.
      "@graphql-eslint/relay-edge-types": [
        "error",
        { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false },
      ],
      // What has an identity implements Node; pages, payloads and small values have none.
      "@graphql-eslint/strict-id-in-types": "off",
      // There are mutations and subscriptions.
      "@graphql-eslint/no-root-type": "off",
      // Refusals are values in a payload, which is never null; lists may be empty and are there.
      "@graphql-eslint/require-nullable-result-in-root": "off",
      // A payload shows what was changed; whoever wants more asks for it where it is.
      "@graphql-eslint/require-field-of-type-query-in-mutation-result": "off",
    },
  },
];
