import { assert, assertEquals } from "@std/assert";
import { ESCAPE_LIST } from "./list.ts";
import { probeModule } from "./kit.ts";
import type { EscapeProbe, Way } from "./probe.ts";
import { openScene } from "./scene.ts";

/** Where nothing is guarded these find nothing either: they attack what only a realm has. */
const NEEDS_A_REALM = [
  "prototype tricks in what the host is told",
  "import of a file after globals of the guard were changed",
];

/** The sdk's part of a probe. */
const SDK = `export const jobContext = () => undefined;
export const task = (_, run) => ({ run, delay: () => new Promise((resolve) => setTimeout(resolve, 1)) });`;

/** Runs the task beside a conversation, and keeps what was found so far: some of the ways end the process. */
const RUN =
  `const { writeTextFileSync, exit } = Deno, file = new URL("./ways.json", import.meta.url), { stringify } = JSON;
globalThis.told = (ways) => writeTextFileSync(file, stringify(ways));
const { port1, port2 } = new MessageChannel();
port1.onmessage = () => {};
setInterval(() => port2.postMessage('["note","output",{}]'), 10);
const { escape } = await import("./probe/probe.js");
told(await escape.run());
exit(9);`;

/** The same in a thread. */
const RUN_THREAD = `new Worker(new URL("./run.js", import.meta.url), { type: "module" });`;

async function runUnguarded(probe: EscapeProbe): Promise<{ readonly code: number; readonly ways: readonly Way[] }> {
  await using open = await openScene();
  const { folder } = open.scene;
  const inThread = probe.name.includes("postMessage");
  await Deno.mkdir(`${folder}/probe`);
  const files = {
    ...Object.fromEntries(
      Object.entries(probe.modules?.(open.scene) ?? {}).map(([name, text]) => [`probe/${name}`, text]),
    ),
    "probe/probe.js": probeModule(probe, open.scene).replace("clearTimeout(timer);\n", "$& told(ways);\n"),
    "nuvom.js": SDK,
    "run.js": RUN,
    "thread.js": RUN_THREAD,
    "deno.json": JSON.stringify({ imports: { nuvom: "./nuvom.js" } }),
  };
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--quiet",
      "--unstable-worker-options",
      `${folder}/${inThread ? "thread" : "run"}.js`,
      "argument",
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode("a line\\n"));
  await writer.close().catch(() => {});
  const { code } = await child.output();
  const ways = await Deno.readTextFile(`${folder}/ways.json`).catch(() => "[]");
  return { code, ways: JSON.parse(ways) };
}

Deno.test("no two rows of the escape list have one name, and each is promised by a process realm", () => {
  assertEquals(new Set(ESCAPE_LIST.map(({ name }) => name)).size, ESCAPE_LIST.length);
  assertEquals(ESCAPE_LIST.filter(({ promisedBy }) => !promisedBy.includes("process")), []);
});

for (const probe of ESCAPE_LIST) {
  const { name, measure } = probe;
  if ((measure !== "ways" && measure !== "exit") || NEEDS_A_REALM.includes(name)) continue;
  Deno.test(`where nothing guards it, a way is open: ${name}`, async () => {
    const { code, ways } = await runUnguarded(probe);
    if (measure === "exit") assert(code !== 9, "it ran to its end");
    else assert(ways.some(({ open }) => open), JSON.stringify(ways, null, 1));
  });
}
