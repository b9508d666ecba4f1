/**
 * `deno task types`: makes one self-contained declaration file of what foreign code imports as `"nuvom"`, which
 * `nuvom init` writes into a project so that an editor knows the module.
 * @module
 */

import { fileURLToPath } from "node:url";
import { runCommand } from "./run_command.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SDK = `${ROOT}src/sdk/mod.ts`;
const TARGET = `${ROOT}src/cli/init/nuvom.d.ts`;

const OPENING =
  `// Types of the module "nuvom", for editors and type checks; \`nuvom init\` of another version writes others.\n\n`;

/** A declaration with the comment in front of it. */
interface Declaration {
  readonly name: string;
  readonly comment: string;
  readonly code: string;
}

/** The text of the file, made from the sdk as it is now. */
export async function sdkTypes(): Promise<string> {
  const pieces = (await bundledDeclarations()).split(/^(?=\/\*\*|export )/m);
  const declarations = readDeclarations(pieces);
  const { values, types } = exportedNames(await Deno.readTextFile(SDK));
  const needed = reachable(values.union(types), declarations);
  const typesOnly: string[] = [];
  const texts = declarations.filter(({ name }) => needed.has(name)).map(({ name, comment, code }) => {
    const isValue = /^export declare /.test(code);
    if (isValue ? values.has(name) : types.has(name)) return comment + code;
    // Without an export of its own it stays inside: it is no part of the module that runs.
    if (types.has(name)) typesOnly.push(name);
    return comment + code.replace(/^export (declare )?/, "declare ");
  });
  const last = `export ${typesOnly.length === 0 ? "" : "type "}{ ${typesOnly.join(", ")} };`;
  return await formatted(`${OPENING}${pieces[0]}\n${texts.join("\n")}\n${last}\n`);
}

/** All that the modules of the sdk and of what they import export, one after another. */
async function bundledDeclarations(): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    await runCommand([Deno.execPath(), "bundle", "--declaration", `--outdir=${folder}`, SDK], { cwd: ROOT });
    const text = await Deno.readTextFile(`${folder}/mod.d.ts`);
    // The first member stands on the line of its brace or of its comment.
    const apart = text.replace(/^(export .*\{) (?=\S)/gm, "$1\n").replace(/^(\s*\/\*\* .*? \*\/) (?=\S)/gm, "$1\n");
    return await formatted(apart);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function readDeclarations(pieces: readonly string[]): Declaration[] {
  return pieces.flatMap((code, i) => {
    const name = /^export (?:declare )?(?:abstract )?\w+ (\w+)/.exec(code)?.[1];
    const before = pieces[i - 1] ?? "";
    const comment = before.startsWith("/**") && !before.includes("@module") ? before : "";
    return name === undefined ? [] : [{ name, comment, code }];
  });
}

function exportedNames(source: string): { readonly values: Set<string>; readonly types: Set<string> } {
  const lists = [...source.matchAll(/^export (type )?\{([^}]*)\}/gm)];
  const names = lists.flatMap(([, type = "", list]) => list!.split(",").map((item) => type + item.trim()));
  return {
    values: new Set(names.filter((name) => /^\w+$/.test(name))),
    types: new Set(names.flatMap((name) => /^type (\w+)$/.exec(name)?.[1] ?? [])),
  };
}

function reachable(names: ReadonlySet<string>, declarations: readonly Declaration[]): Set<string> {
  const needed = new Set(names);
  // A set hands out what is added while it is walked.
  for (const name of needed) {
    const code = declarations.find((one) => one.name === name)?.code.replace(/\/\*\*[\s\S]*?\*\//g, "") ?? "";
    for (const { name: other } of declarations) if (new RegExp(`\\b${other}\\b`).test(code)) needed.add(other);
  }
  return needed;
}

async function formatted(text: string): Promise<string> {
  const file = await Deno.makeTempFile({ suffix: ".d.ts" });
  try {
    await Deno.writeTextFile(file, text);
    await runCommand([Deno.execPath(), "fmt", "--quiet", "--no-config", "--line-width=120", file]);
    return await Deno.readTextFile(file);
  } finally {
    await Deno.remove(file);
  }
}

if (import.meta.main) {
  await Deno.writeTextFile(TARGET, await sdkTypes());
  console.log(`written: ${TARGET}`);
}
