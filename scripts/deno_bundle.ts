/** Bundles modules, with the npm packages that they import, by `deno bundle`. @module */

import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { runCommand, TRUST_MACHINE } from "./run_command.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * @param where `--output=FILE`, or `--outdir=FOLDER` and what goes with it.
 * @param mend See {@linkcode runCommand}.
 * @throws {NuvomError} `NUVOM_BUILD_COMMAND`
 */
export async function denoBundle(entries: readonly string[], where: readonly string[], mend?: string): Promise<void> {
  // Not minified: Deno 2.7 then leaves a `require` in it that knows no built-in module.
  const flags = ["--quiet", `--config=${ROOT}deno.json`, "--frozen", "--platform=deno", ...where];
  await runCommand([Deno.execPath(), "bundle", ...flags, ...entries], { cwd: ROOT, env: TRUST_MACHINE, mend });
  const [, kind, path] = /^--(output|outdir)=(.*)$/.exec(where[0]!)!;
  const files = kind === "output" ? [path!] : filesIn(path!);
  const packages = await npmCache();
  for (const file of files) {
    // Bundles name the modules in them by their paths from where they lie: which folders this machine has is nobody's
    // business.
    const text = await Deno.readTextFile(file);
    await Deno.writeTextFile(
      file,
      text.replaceAll(pathFrom(ROOT, packages), "npm:").replaceAll(pathFrom(dirname(file), packages), "npm:"),
    );
  }
}

async function npmCache(): Promise<string> {
  const info = await runCommand([Deno.execPath(), "info", "--json"], { cwd: ROOT });
  return await Deno.realPath((JSON.parse(info) as { npmCache: string }).npmCache);
}

function pathFrom(folder: string, packages: string): RegExp {
  const path = relative(folder, packages).replaceAll("\\", "/");
  return new RegExp(`${path.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}/[^/\\s"]+/`, "g");
}

function filesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesIn(`${folder}/${name}`) : [`${folder}/${name}`]
  );
}
