/** The biometrics service as a process. */
import { runService } from "#platform/lifecycle/service.ts";
import { biometricsProgram } from "./service.ts";

await runService(process, biometricsProgram);
