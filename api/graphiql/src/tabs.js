// The tabs of a first visit: ready to run, one a way of talking to the server.

const read = `# 长者：区内的长者、标签与设备。按 ▶ 或 Ctrl-Enter 运行。
query Elders {
  elders(first: 10) {
    nodes {
      id
      name
      age
      careLevel
      tags
      region { code name }
      devices { id kind online lastSeenAt }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`;

const write = `# 报警：先列出，再把一个 id 填进左下角的变量里，然后受理。
query Alarms {
  alarms(first: 10) {
    nodes {
      id
      type
      severity
      state
      level
      raisedAt
      spokenText
      availableActions
      elder { name }
    }
  }
}

mutation Acknowledge($input: AlarmAcknowledgeInput!) {
  alarmAcknowledge(input: $input) {
    alarm { id state acknowledgedBy { name } availableActions }
    userErrors { code field message }
  }
}
`;

const listen = `# 实时报警：运行后，在终端里 yiyang press 一个设备。
subscription AlarmChanged {
  alarmChanged {
    cursor
    alarm {
      id
      type
      severity
      state
      raisedAt
      spokenText
      elder { name }
    }
  }
}
`;

/** GraphiQL's defaultTabs; a query from the address comes first. */
export const tabs = (query) => [
  ...(query ? [{ query }] : []),
  { query: read },
  { query: write, variables: '{\n  "input": { "id": "alarm_…" }\n}\n' },
  { query: listen },
];
