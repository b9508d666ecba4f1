/** Makes every import of a module mean a file of the prepared folder. @module */

import { type ImportSite, OUR_NAMES, type ParsedModule } from "./parsed_module.ts";

/** From a column of a line on, everything stands further right than in the source. */
export interface Shift {
  /** From 1. */
  readonly line: number;
  /** From 1, in what was written. */
  readonly column: number;
  /** May be negative. */
  readonly by: number;
}

/** A module as it is written. Its lines are those of the source. */
export interface Rewritten {
  readonly code: string;
  /** In the order of their places; made when a stack asks for them. */
  readonly shifts: () => readonly Shift[];
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * @param targetOf What a static import says instead.
 * @param index Number of the module in its folder, under which `guard.js` knows it.
 * @returns Of an ES module the module; of CommonJS an expression: a function that takes what `import()` becomes and
 *   gives the function that Node makes of such a file.
 */
export function rewrite(module: ParsedModule, targetOf: (site: ImportSite) => string, index: number): Rewritten {
  const { code, dynamic, metas, taken, commonjs } = module;
  const load = freeName(taken, `${OUR_NAMES}import`);
  const meta = freeName(taken, `${OUR_NAMES}meta`);
  const bindings = [
    ...(dynamic.length > 0 ? [`load${index} as ${load}`] : []),
    ...(metas.length > 0 ? [`meta${index} as ${meta}`] : []),
  ];
  const opening = commonjs !== undefined
    ? `(function (${
      dynamic.length > 0 ? load : ""
    }) { return function (exports, require, module, __filename, __dirname) {`
    : bindings.length > 0
    ? `import { ${bindings.join(", ")} } from "./guard.js";`
    : "";
  const edits: Edit[] = [
    ...(opening === "" ? [] : [{ start: 0, end: 0, text: opening }]),
    ...dynamic.map((start) => ({ start, end: start + "import".length, text: load })),
    ...metas.map(([start, end]) => ({ start, end, text: meta })),
  ];
  for (const site of module.imports) {
    if (site.range === null) continue;
    const [start, end] = site.range;
    // Lines must not move: stack traces and source maps count on them.
    const lineBreaks = code.slice(start, end).replace(/[^\n\r\u2028\u2029]/g, "");
    edits.push({ start, end, text: `${JSON.stringify(targetOf(site))};${lineBreaks}` });
  }
  const written = applyEdits(code, edits.sort((a, b) => a.start - b.start));
  return commonjs === undefined ? written : { ...written, code: `${written.code}\n}; })` };
}

function applyEdits(code: string, edits: readonly Edit[]): Rewritten {
  const parts: string[] = [];
  let from = 0;
  for (const { start, end, text } of edits) {
    parts.push(code.slice(from, start), text);
    from = end;
  }
  return { code: parts.join("") + code.slice(from), shifts: () => shiftsOf(code, edits) };
}

function shiftsOf(code: string, edits: readonly Edit[]): Shift[] {
  let [from, source, written] = [0, START, START];
  return edits.map(({ start, end, text }) => {
    const kept = code.slice(from, start);
    source = after(after(source, kept), code.slice(start, end));
    written = after(after(written, kept), text);
    from = end;
    return { ...written, by: written.column - source.column };
  });
}

const START = { line: 1, column: 1 };

/** Where a text ends that begins at a place. */
function after({ line, column }: typeof START, text: string): typeof START {
  const lines = text.split(/\r\n|[\n\r\u2028\u2029]/);
  const last = lines.at(-1)!.length;
  return { line: line + lines.length - 1, column: lines.length === 1 ? column + last : last + 1 };
}

function freeName(taken: ReadonlySet<string>, name: string): string {
  let free = name;
  for (let n = 1; taken.has(free); n++) free = `${name}_${n}`;
  return free;
}
