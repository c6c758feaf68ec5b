/** The edge as a process. */
import { runProcess } from "#platform/lifecycle/process.ts";
import { startGateway } from "./service.ts";

await runProcess(process, "gateway", () => startGateway(process.env));
