/** The public surface of the transcoder. */

export { DescriptorError, type Descriptors, readDescriptorSet } from "./descriptors.ts";
export { isHttpBody } from "./http-body.ts";
export { createNodeHandler, type NodeHandler, type NodeRequest, type NodeResponse } from "./node-handler.ts";
export {
  type Admitted,
  type CallInfo,
  defaultLimits,
  defaultRequestHeaders,
  type Printing,
  type SseFields,
  type TranscoderCall,
  type TranscoderLimits,
  type TranscoderOptions,
  type UnaryReply,
} from "./options.ts";
export { type RefusalReason, refusalReasons } from "./refusal.ts";
export type { HeaderReader, RestBody, RestRequest, RestResponse } from "./rest-message.ts";
export type { RouteInfo } from "./route-info.ts";
export { RuleError } from "./rule-error.ts";
export type { RestMethod } from "./rules.ts";
export { type ConfiguredRule, readServiceConfig, type ServiceConfig } from "./service-config.ts";
export { type StatusOfCode, statusOf, statusOfCode } from "./status.ts";
export {
  parseTemplate,
  type Template,
  TemplateError,
  type TemplateSegment,
  type TemplateVariable,
} from "./template.ts";
export { type ExpandedPath, expandTemplate, type PathParameter } from "./template-path.ts";
export { createTranscoder, type Transcoder } from "./transcoder.ts";
