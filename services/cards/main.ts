/** The cards service as a process. */
import { runService } from "#platform/lifecycle/service.ts";
import { cardsProgram } from "./service.ts";

await runService(process, cardsProgram);
