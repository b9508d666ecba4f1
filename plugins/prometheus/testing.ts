/** Reads the text format of Prometheus as strictly as its own parser does, for the tests of this plugin. @module */

/** One family of a text. */
export interface ParsedFamily {
  readonly help: string;
  readonly type: string;
  /** Values by their series, such as `up{job="x"}`, in the order of the text. */
  readonly series: Map<string, number>;
}

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const COMMENT = new RegExp(`^# (HELP|TYPE) (${NAME}) (.*)$`);
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\[\\\\n"])*"';
const SAMPLE = new RegExp(`^(${NAME})((?:\\{${LABEL}(?:,${LABEL})*\\})?) (\\S+)$`);

/** @throws {SyntaxError} on the first line that Prometheus would refuse. */
export function parseExposition(text: string): Map<string, ParsedFamily> {
  if (!text.endsWith("\n")) throw new SyntaxError("the last line does not end");
  const families = new Map<string, ParsedFamily>();
  let [name, help]: string[] = [];
  for (const line of text.split("\n").filter((line) => line !== "")) {
    const [, keyword, named, rest] = COMMENT.exec(line) ?? [];
    if (keyword === "HELP") [name, help] = [named!, rest!];
    else if (keyword === "TYPE") addFamily(families, name, named!, { help: help!, type: rest!, series: new Map() });
    else addSample(families, name!, line);
  }
  return families;
}

function addFamily(
  families: Map<string, ParsedFamily>,
  helped: string | undefined,
  name: string,
  family: ParsedFamily,
) {
  if (helped !== name) throw new SyntaxError(`${name} has no HELP`);
  if (families.has(name)) throw new SyntaxError(`${name} comes twice`);
  if (!["counter", "gauge", "histogram"].includes(family.type)) throw new SyntaxError(`${name} is a ${family.type}`);
  families.set(name, family);
}

function addSample(families: Map<string, ParsedFamily>, name: string, line: string): void {
  const [, metric, labels, value] = SAMPLE.exec(line) ?? [];
  const family = families.get(name);
  const names = family?.type === "histogram" ? ["bucket", "sum", "count"].map((end) => `${name}_${end}`) : [name];
  if (metric === undefined || !names.includes(metric)) throw new SyntaxError(`out of place: ${line}`);
  const number = Number(value!.replace("Inf", "Infinity"));
  if (Number.isNaN(number) && value !== "Nan") throw new SyntaxError(`no number: ${line}`);
  if (family!.series.has(metric + labels)) throw new SyntaxError(`comes twice: ${line}`);
  family!.series.set(metric + labels, number);
}
