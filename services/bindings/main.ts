/** The bindings service as a process. */
import { runService } from "#platform/lifecycle/service.ts";
import { bindingsProgram } from "./service.ts";

await runService(process, bindingsProgram);
