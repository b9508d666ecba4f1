/**
 * nuvom and its peers side by side; see README.md.
 *
 *     deno run -A bench/run.ts [--scenarios A,C] [--peers nuvom,plainjob] [--runs 5] [--quick] [--out DIR]
 *
 * @module
 */

import { killAll } from "./harness/child.ts";
import { checkExecutable } from "./harness/executable.ts";
import { installPackages } from "./harness/packages.ts";
import { removeTemporary } from "./harness/temporary.ts";
import { measureRounds } from "./measure_rounds.ts";
import { readOptions } from "./options.ts";
import { chart } from "./report/chart.ts";
import { describeMachine } from "./report/machine.ts";
import { markdown } from "./report/markdown.ts";

const options = readOptions(Deno.args);
Deno.addSignalListener("SIGINT", async () => {
  await killAll();
  removeTemporary();
  Deno.exit(130);
});
await checkExecutable();
const packages = await installPackages();
const machine = await describeMachine(packages);
const started = performance.now();
const cells = await measureRounds({ ...options, packages, say: (line) => console.error(line) });
removeTemporary();
const minutes = (performance.now() - started) / 60_000;
const text = markdown(cells, { machine, minutes, options });
if (options.out === null) console.log(text);
else {
  const paths = [`${options.out}/RESULTS.md`, `${options.out}/results.svg`] as const;
  await Deno.writeTextFile(paths[0], text);
  await Deno.writeTextFile(paths[1], chart(cells, options.sizes));
  // Both lie in the repository, whose gate looks at them too.
  const config = new URL("../deno.json", import.meta.url).pathname;
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", "--config", config, ...paths] }).output();
  console.error(`Wrote RESULTS.md and results.svg into ${options.out}`);
}
// Keep-alives of servers that are gone must not keep the harness.
Deno.exit(cells.some(({ error }) => error !== null) ? 1 : 0);
