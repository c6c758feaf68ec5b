/** The products service as a process. */
import { runService } from "#platform/lifecycle/service.ts";
import { productsProgram } from "./service.ts";

await runService(process, productsProgram);
