/** The card host, as a process: the mainframe behind the vendor. */
import { runProcess } from "#platform/lifecycle/process.ts";
import { HOST_NAME, startCardHost } from "./program.ts";

await runProcess(process, HOST_NAME, () => startCardHost(process.env));
