/** A project whose tasks use real packages from the npm registry, a few small ones of each kind. @module */

/** How the packages come into `node_modules`: flat by npm, or by `deno install` as links into a store. */
export type Installer = "npm" | "deno";

/** Pinned, so that a run says the same tomorrow. */
const PACKAGES: Readonly<Record<string, string>> = {
  ajv: "8.17.1",
  chalk: "5.6.2",
  "iconv-lite": "0.6.3",
  lodash: "4.17.21",
  ms: "2.1.3",
  nanoid: "5.1.6",
  nodemailer: "7.0.10",
  semver: "7.7.3",
  uuid: "11.1.0",
  yaml: "2.8.1",
  zod: "4.1.12",
};

/** One function a package; plain JavaScript, so that `deno run` needs no types. */
const WORK = `
import Ajv2020, { ValidationError } from "ajv/dist/2020.js";
import ajvPackage from "ajv/package.json" with { type: "json" };
import { Chalk } from "chalk";
import iconv from "iconv-lite";
import lodash from "lodash";
import fp from "lodash/fp.js";
import ms from "ms";
import { customAlphabet, nanoid } from "nanoid";
import { nanoid as insecure } from "nanoid/non-secure";
import { createTransport } from "nodemailer";
import semver, { satisfies } from "semver";
import SemVer from "semver/classes/semver.js";
import { v5, version } from "uuid";
import { parse, stringify } from "yaml";
import { z } from "zod";
import * as mini from "zod/mini";

export const ajv = () => [typeof new Ajv2020().addKeyword("even").getKeyword("even"), new ValidationError([]).message, ajvPackage.version];
export const chalk = () => [new Chalk({ level: 1 }).red.bold("red"), new Chalk({ level: 3 }).hex("#123456")("hex")];
export const iconv_lite = () => [iconv.decode(iconv.encode("żółw ☂", "win1250"), "win1250"), iconv.encode("語", "shiftjis").length];
export const lodash_ = () => [lodash.chunk([1, 2, 3], 2), lodash.camelCase("a_b c"), fp.map((x) => x + 1)([1]), lodash.VERSION];
export const ms_ = () => [ms("2 days"), ms(60000, { long: true })];
export const nanoid_ = () => [nanoid().length, customAlphabet("a", 4)(), insecure(7).length];
export const nodemailer = async () => {
  const mail = { from: "a@example.com", to: "b@example.com", subject: "Hällo", text: "text", messageId: "<1@x>", date: new Date(0) };
  const { envelope } = await createTransport({ jsonTransport: true }).sendMail(mail);
  const { message } = await createTransport({ streamTransport: true, buffer: true }).sendMail(mail);
  return [envelope, String(message)];
};
export const semver_ = () => [satisfies("1.2.3", "^1"), semver.inc("1.2.3", "minor"), new SemVer("1.0.0-a").prerelease];
export const uuid = () => [v5("nuvom", v5.DNS), version(v5("nuvom", v5.URL))];
export const yaml = () => {
  const { a, b } = parse("a: [1, &x 2, *x]\\nb: !!set {c}");
  return [a, [...b], stringify({ list: [{ a: null }] })];
};
export const zod = () => [z.object({ a: z.email() }).safeParse({ a: "x" }).error.issues, mini.parse(mini.array(mini.int()), [1])];
`;

/** The names of the tasks. */
export const TASKS: readonly string[] = [...WORK.matchAll(/^export const (\w+)/gm)].map(([, name]) => name!);

/** The files of the project; its task module is `tasks.js`. */
export const FILES: Readonly<Record<string, string>> = {
  "work.js": WORK,
  "tasks.js": `import { task } from "nuvom";\nimport * as work from "./work.js";\n` +
    TASKS.map((name) => `export const ${name} = task({ name: "${name}" }, () => work.${name}());\n`).join(""),
  "run.js": `import * as work from "./work.js";\nconst results = {};\n` +
    `for (const [name, run] of Object.entries(work)) results[name] = await run();\n` +
    `console.log(JSON.stringify(results));\n`,
};

/** Why there are no packages to be had, for the name of a test that is left out; null: there are. */
export async function whyLeftOut(): Promise<string | null> {
  try {
    const { success } = await run("npm", ["view", "ms@2.1.3", "version"], Deno.cwd());
    return success ? null : "the npm registry is not reachable";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "no npm client";
    throw error;
  }
}

/** Installs packages in a folder. @param packages Versions by name. */
export async function install(
  folder: string,
  installer: Installer,
  packages: Readonly<Record<string, string>> = PACKAGES,
): Promise<void> {
  const config = installer === "npm"
    ? { "package.json": { private: true, dependencies: packages }, "deno.json": { nodeModulesDir: "manual" } }
    : { "deno.json": { nodeModulesDir: "auto", imports: mapped(packages) } };
  for (const [name, json] of Object.entries(config)) {
    await Deno.writeTextFile(`${folder}/${name}`, JSON.stringify(json));
  }
  const { success, stderr } = installer === "npm"
    ? await run("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts"], folder)
    : await run(Deno.execPath(), ["install"], folder);
  if (!success) throw new Error(`the packages could not be installed:\n${stderr}`);
}

/** What `deno run` makes of the same work in the same folder. */
export async function expected(folder: string): Promise<Readonly<Record<string, unknown>>> {
  const { success, stdout, stderr } = await run(Deno.execPath(), ["run", "-A", "--quiet", "run.js"], folder);
  if (!success) throw new Error(`deno run failed:\n${stderr}`);
  return JSON.parse(stdout);
}

function mapped(packages: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(packages).map(([name, version]) => [name, `npm:${name}@${version}`]));
}

async function run(command: string, args: readonly string[], cwd: string) {
  const env = { DENO_TLS_CA_STORE: "system,mozilla", NO_COLOR: "1" };
  const { success, stdout, stderr } = await new Deno.Command(command, { args: [...args], cwd, env, stdin: "null" })
    .output();
  const decoder = new TextDecoder();
  return { success, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
