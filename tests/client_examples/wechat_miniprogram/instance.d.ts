/** What a page keeps beside its data: WeChat lets an instance have properties of its own. */
declare namespace WechatMiniprogram.Component {
  interface InstanceProperties {
    [own: string]: any;
  }
}
