/** `nuvom init` @module */

import { resolve } from "@std/path";
import type { Run } from "../command.ts";
import type { init } from "../commands/init.ts";
import { type ProjectFile, projectFiles } from "../init/files.ts";
import { writeProject } from "../init/write_project.ts";
import { printJson } from "../print.ts";
import { shellWord } from "../../host/mod.ts";
import { type Style, styleFor } from "../style.ts";

/** Writes the files, then says what to do next. */
export const run: Run<typeof init> = async ({ io, args, json }) => {
  const given = args[0] ?? ".";
  const folder = resolve(io.cwd, given);
  const files = await projectFiles();
  await writeProject(folder, files);
  if (json) printJson(io, { folder, files: files.map(({ path }) => path) });
  else io.out.write(nextSteps(given, folder, files, styleFor(io.out, io.env)));
  return 0;
};

function nextSteps(given: string, folder: string, files: readonly ProjectFile[], { bold, dim }: Style): string {
  const steps = [
    ...(given === "." ? [] : [[`cd ${shellWord(given)}`, ""]]),
    ["nuvom list tasks", "what tasks/hello.ts exports"],
    [`nuvom enqueue hello '["world"]'`, "puts a job into the queue and prints its id"],
    ["nuvom runworker --drain", "runs what there is, then ends"],
    ["nuvom history recent", "what came of it"],
  ];
  const width = Math.max(...steps.map(([line]) => line!.length));
  return [
    `A new project is in ${bold(folder)}:\n`,
    ...files.map(({ path }) => `  ${path}\n`),
    "\nNext:\n",
    ...steps.map(([line, doc]) => `  ${line!.padEnd(width)}  ${dim(doc!)}`.trimEnd() + "\n"),
  ].join("");
}
