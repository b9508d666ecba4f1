/** Entry of the executable. @module */

if (Deno.args[0] === "__realm") {
  // The executable as its own child: a realm for foreign code.
  await (await import("./src/sandbox/child_main.ts")).childMain();
} else {
  const { main } = await import("./src/cli/main.ts");
  const { COMMANDS } = await import("./src/cli/table.ts");
  const { processIo } = await import("./src/cli/process_io.ts");
  Deno.exit(await main(processIo(), COMMANDS));
}
