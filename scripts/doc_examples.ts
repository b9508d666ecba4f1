/**
 * Runs the examples that the documentation shows: of every docstring under `src` and `plugins`, and of every Markdown
 * file. `deno test --doc` is not used because it wraps a block in a function, where `export default` has no place.
 * @module
 */

import { type Example, findExamples, tryExamples } from "./examples.ts";

const LEFT_OUT = /^(\.|node_modules$|dist$|testdata$)|_test\.ts$/;

const root = new URL("../", import.meta.url);
const examples: Example[] = [];
for await (const path of filesBelow("")) {
  if (path.endsWith(".md") || /^(mod\.ts|(src|plugins)\/.*\.ts)$/.test(path)) {
    examples.push(...findExamples(path, await Deno.readTextFile(new URL(path, root))));
  }
}
const failures = await tryExamples(examples, new URL("deno.json", root).pathname);
for (const failure of failures) console.error(`${failure}\n`);
const count = (mode: Example["mode"]) => examples.filter((example) => example.mode === mode).length;
console.log(`${count("run")} examples run, ${count("check")} type-checked only, ${count("ignore")} left out.`);
if (failures.length > 0) Deno.exit(1);

/** Paths from the root. */
async function* filesBelow(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, root))) {
    if (LEFT_OUT.test(name)) continue;
    if (isDirectory) yield* filesBelow(`${folder}${name}/`);
    else yield `${folder}${name}`;
  }
}
