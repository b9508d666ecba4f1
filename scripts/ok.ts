/** `deno task ok`: every gate, one after another; stops at the first that fails and names it. @module */

/** What a library's user imports. */
const EXPORTS = ["mod.ts", "src/sdk/mod.ts", "src/testing/mod.ts"];

const GATES: readonly (readonly [name: string, ...args: string[]])[] = [
  ["format", "fmt", "--check"],
  ["lint", "lint"],
  ["types", "check"],
  ["layers and error texts", "test", "-A", "tests/architecture_test.ts", "tests/error_messages_test.ts"],
  ["documentation of the events", "run", "-A", "scripts/event_docs.ts", "--check"],
  ["documentation of the exports", "doc", "--lint", ...EXPORTS],
  ["examples in the documentation", "run", "-A", "scripts/doc_examples.ts"],
];

for (const [name, ...args] of GATES) {
  const started = performance.now();
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: new URL("../", import.meta.url),
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  if (!success) {
    for (const bytes of [stdout, stderr]) console.error(new TextDecoder().decode(bytes));
    console.error(`The gate "${name}" failed; run it alone with: deno ${args.join(" ")}`);
    Deno.exit(1);
  }
  console.log(`ok  ${name} (${((performance.now() - started) / 1_000).toFixed(1)} s)`);
}
