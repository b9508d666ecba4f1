/** Real packages from URLs: tasks and plugins say in the executable what they say in a source run, and in `deno run`. @module */

import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { install, whyLeftOut } from "../npm_project.ts";
import { PackageServer } from "./package_server.ts";
import { LOOPBACK } from "./remote_site.ts";
import { Server } from "./server.ts";

/** Pinned, so that a run says the same tomorrow. */
const PACKAGES = {
  "date-fns": "4.4.0",
  "hono": "4.13.19",
  "lodash-es": "4.18.1",
  "nanoid": "5.1.16",
  "preact": "11.2.0",
  "three": "0.187.0",
  "zod": "4.6.7",
};

/** A module a package; `ORIGIN` is the server's. `zod` comes as TypeScript, `preact` with names that lead elsewhere, `three` in hundreds of modules, an empty one among them. */
const WORK: Readonly<Record<string, string>> = {
  date_fns: `import * as dates from "../npm/date-fns/index.js"; import { de } from "/npm/date-fns/locale/de.js";
    const [from, to] = [new Date(2024, 1, 28), new Date(2026, 10, 24)];
    export default () => [dates.formatDistance(from, to, { locale: de }), dates.intervalToDuration({ start: from, end: to }),
      dates.isLeapYear(from), dates.formatISO(dates.addBusinessDays(from, 7), { representation: "date" })];`,
  hono:
    `import { Hono } from "ORIGIN/npm/hono/dist/index.js"; import { html } from "../npm/hono/dist/helper/html/index.js";
    const app = new Hono().get("/hi/:name", (c) => c.html(html\`<b>\${c.req.param("name")}</b>\`)).notFound((c) => c.json({ no: 1 }, 404));
    const get = async (path) => { const answer = await app.request(path); return [answer.status, await answer.text()] };
    export default async () => [await get("/hi/%3Cyou%3E"), await get("/else")];`,
  lodash: `import * as lodash from "../npm/lodash-es/lodash.js"; import curry from "/npm/lodash-es/curry.js";
    export default () => [Object.keys(lodash).length, lodash.chunk([1, 2, 3], 2), lodash.camelCase("a_b c"), curry((a, b) => a + b)(1)(2),
      lodash.chain([3, 1, 2]).sortBy().reverse().value(), lodash.merge({ a: { b: 1 } }, { a: { c: 2 } }), lodash.curry === curry];`,
  nanoid:
    `import { customAlphabet, nanoid } from "ORIGIN/npm/nanoid/index.js"; import { nanoid as insecure } from "/npm/nanoid/non-secure/index.js";
    export default () => [nanoid().length, customAlphabet("a", 4)(), insecure(7).length];`,
  preact: `import { createElement, Fragment, toChildArray, isValidElement } from "../npm/preact/src/index.js";
    const node = createElement("ul", { id: "x" }, [1, 2].map((n) => createElement("li", { key: n }, n)), createElement(Fragment));
    export default () => [node.type, node.props.id, isValidElement(node), toChildArray(node.props.children).map(({ type, key }) => [typeof type, key ?? null])];`,
  three: `import * as three from "../npm/three/src/Three.js";
    const point = new three.Vector3(1, 2, 3).applyMatrix4(new three.Matrix4().makeRotationY(1));
    const box = new three.BoxGeometry(1, 2, 3); box.computeBoundingSphere();
    export default () => [three.REVISION, point.toArray(), box.boundingSphere.radius, new three.Color("teal").getHexString(), Object.keys(three).length];`,
  zod: `import { z } from "ORIGIN/npm/zod/src/index.js";
    const user = z.object({ name: z.string().min(2), age: z.int().optional(), mail: z.email() });
    export default () => [user.safeParse({ name: "x", mail: "y" }).error.issues, user.parse({ name: "xy", mail: "a@b.example" }), z.toJSONSchema(user)];`,
};
/** The other ones are tasks: all tasks together are one graph. */
const PLUGINS = ["date_fns", "three"];
const TASKS = Object.keys(WORK).filter((name) => !PLUGINS.includes(name));

function modules(origin: string): Record<string, string> {
  const imports = Object.keys(WORK).map((name) => `import ${name} from "./${name}.js";\n`).join("");
  const tasks = TASKS.map((name) =>
    `import ${name}_ from "/kit/${name}.js";
    export const ${name} = task({ name: "${name}" }, (): Promise<unknown> => ${name}_());\n`
  ).join("");
  const plugins = PLUGINS.map((name) => [
    `/plugins/${name}.ts`,
    `import type { PluginContext } from "nuvom"; import work from "${origin}/kit/${name}.js";
    export default { name: "${name}", provides: ["monitoring"], stop() {},
      async start(_: unknown, { log }: PluginContext): Promise<void> { log.info(JSON.stringify(await work())); } };`,
  ]);
  return {
    ...Object.fromEntries(
      Object.entries(WORK).map(([name, text]) => [`/kit/${name}.js`, text.replaceAll("ORIGIN", origin)]),
    ),
    ...Object.fromEntries(plugins),
    "/tasks.ts": `import { task } from "nuvom";\n${tasks}`,
    "/run.js": `${imports.replaceAll("./", "./kit/")}const all = { ${Object.keys(WORK)} }; const results = {};
    for (const name of Object.keys(all)) results[name] = await all[name](); console.log(JSON.stringify(results));`,
  };
}

type Results = Record<string, unknown>;
type Nuvom = (args: readonly string[], stdin?: string) => Promise<{ readonly stdout: string; readonly stderr: string }>;

/** Every task once, and what the plugins say when they start. */
async function results(nuvom: Nuvom): Promise<Results> {
  await nuvom(["enqueue", "--from", "-"], TASKS.map((task) => JSON.stringify({ task })).join("\n"));
  const { stderr } = await nuvom(["runworker", "--drain"]);
  const found: Results = {};
  for (const [, name, json] of stderr.matchAll(/ plugin\.(\w+) {2}(\[.*\])$/gm)) found[name!] = JSON.parse(json!);
  const { stdout } = await nuvom(["history", "recent", "--json"]);
  for (const { task, result, error } of JSON.parse(stdout)) found[task] = error ?? result;
  return found;
}

/** Deno with the machine's own environment. */
async function deno(args: readonly string[], cwd: string, env: Record<string, string>, stdin = "") {
  const command = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
  const child = command.spawn();
  await new Blob([stdin]).stream().pipeTo(child.stdin);
  const { success, ...bytes } = await child.output();
  const [stdout, stderr] = [bytes.stdout, bytes.stderr].map((part) => new TextDecoder().decode(part));
  if (!success) throw new Error(`deno ${args.join(" ")} failed:\n${stderr}`);
  return { stdout: stdout!, stderr: stderr! };
}

const reason = await whyLeftOut();

Deno.test({
  name: `packages from URLs load in the executable and in a source run${
    reason === null ? "" : ` (left out: ${reason})`
  }`,
  ignore: reason !== null,
  async fn(t) {
    await using server = await Server.with();
    const { folder } = server;
    await Deno.mkdir(`${folder}/packages`);
    await install(`${folder}/packages`, "npm", PACKAGES);
    await using packages = new PackageServer(`${folder}/packages/node_modules`, modules);
    const tasks = packages.url("/tasks.ts");
    await server.write({ "site/.nuvom_plugins.toml": `[tasks]\nmodules = ["${tasks}"]\n` });
    const cwd = "site";
    const nuvom: Nuvom = async (args, stdin = "") => {
      const ran = await server.run(args, { cwd, stdin, env: LOOPBACK });
      assertEquals(ran.code, 0, ran.stderr);
      return ran;
    };
    const run = ["run", "-A", "--quiet", "--no-config", "--no-lock", packages.url("/run.js")];
    const wanted = JSON.parse((await deno(run, folder, { DENO_DIR: `${folder}/deno`, NO_COLOR: "1" })).stdout);
    assertEquals(Object.keys(wanted), Object.keys(WORK));
    await t.step("in the executable", async () => {
      await nuvom(["plugin", "lock"]);
      for (const name of PLUGINS) await nuvom(["plugin", "add", packages.url(`/plugins/${name}.ts`), "--yes"]);
      assertEquals(await results(nuvom), wanted);
    });
    await t.step("in a source run", async () => {
      const root = fromFileUrl(import.meta.resolve("../../"));
      const source = ["run", "-A", `--config=${root}deno.json`, `${root}cli.ts`];
      const env = {
        ...LOOPBACK,
        NUVOM_CACHE_DIR: `${folder}/cache`,
        NUVOM_SQLITE_PATH: `${folder}/source.db`,
        NUVOM_FROZEN: "1",
      };
      assertEquals(await results((args, stdin) => deno([...source, ...args], `${folder}/${cwd}`, env, stdin)), wanted);
    });
  },
});
