/** `nuvom config` @module */

import type { Run } from "../command.ts";
import type { config } from "../commands/config.ts";
import { printJson } from "../print.ts";
import { settingsOf } from "../settings.ts";
import { styleFor } from "../style.ts";
import { textTable } from "../text_table.ts";

const HEAD = ["SETTING", "VALUE", "FROM", "WHAT IT IS"] as const;

/** Prints the settings; reads no manifest. */
export const run: Run<typeof config> = (context) => {
  const { io, json } = context;
  const { table, warnings } = settingsOf(context);
  if (json) {
    printJson(io, { settings: table, warnings });
    return Promise.resolve(0);
  }
  const { dim, bold } = styleFor(io.out, io.env);
  const rows = table.map(({ env, value, source, doc }) => [
    env,
    { text: value, paint: source === "default" ? plain : bold },
    source,
    { text: doc, paint: dim },
  ]);
  io.out.write(textTable({ head: HEAD, rows, columns: io.out.columns, headPaint: dim }));
  return Promise.resolve(0);
};

function plain(text: string): string {
  return text;
}
