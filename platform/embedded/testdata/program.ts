/** A program for the supervisor's tests: does what PROGRAM says. */
switch (process.env["PROGRAM"]) {
  case "fails":
    process.stderr.write("cannot find its shoes\n");
    process.exit(3);
    break;
  case "never ready":
    setInterval(() => {}, 1_000);
    break;
  case "deaf":
    process.on("SIGTERM", () => {});
    process.send?.({ kind: "ready", listen: "127.0.0.1:1" });
    process.on("disconnect", () => process.exit(0));
    setInterval(() => {}, 1_000);
    break;
  default:
    process.send?.({ kind: "ready", listen: `127.0.0.1:${process.pid % 60_000}` });
    process.on("SIGTERM", () => process.exit(0));
    process.on("disconnect", () => process.exit(0));
    setInterval(() => {}, 1_000);
}
