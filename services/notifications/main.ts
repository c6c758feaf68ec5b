/** The notifications service as a process. */
import { runService } from "#platform/lifecycle/service.ts";
import { notificationsProgram } from "./service.ts";

await runService(process, notificationsProgram);
