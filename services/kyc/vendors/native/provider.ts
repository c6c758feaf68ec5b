/** The RPCs of the native vendor of verifications. */
import type { ServiceImpl } from "@connectrpc/connect";
import type { KycProviderService } from "#gen/malla/kyc/v1/kyc_provider_service_pb.js";
import { abandonVerification } from "./handlers/abandon-verification.ts";
import { beginVerification } from "./handlers/begin-verification.ts";
import { getCapabilities } from "./handlers/get-capabilities.ts";
import { listLists } from "./handlers/list-lists.ts";
import { pollMonitoring } from "./handlers/poll-monitoring.ts";
import { readVerification } from "./handlers/read-verification.ts";
import { screen } from "./handlers/screen.ts";
import { takeDocument } from "./handlers/take-document.ts";
import type { NativeDeps } from "./program.ts";

/** Types of the RPCs. */
export type NativeHandlers = ServiceImpl<typeof KycProviderService>;

/** Makes the provider. */
export function createNativeProvider(deps: NativeDeps): NativeHandlers {
  return {
    getCapabilities: getCapabilities(),
    beginVerification: beginVerification(deps),
    readVerification: readVerification(deps),
    abandonVerification: abandonVerification(deps),
    takeDocument: takeDocument(deps),
    screen: screen(deps),
    listLists: listLists(deps),
    pollMonitoring: pollMonitoring(deps),
  };
}
