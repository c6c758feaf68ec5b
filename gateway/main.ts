/** The edge as a process: of the mesh by the environment, or in front of any gRPC server by arguments. */
import { runProcess } from "#platform/lifecycle/process.ts";
import { runProgram } from "./program/run.ts";
import { startGateway } from "./service.ts";

const args = process.argv.slice(2);
await (args.length === 0 ? runProcess(process, "gateway", () => startGateway(process.env)) : runProgram(process, args));
