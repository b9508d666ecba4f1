/** Where the plugin listens, and how much it exports. @module */

import type { PluginSettings, SettingsSchema } from "nuvom";
import { badMaxSeries, badPort } from "./errors.ts";

/** What `[plugin.prometheus] settings` may say. */
export const SETTINGS = {
  prometheus_port: { type: "number", default: 9150, description: "TCP port; 0 takes any that is free." },
  host: {
    type: "string",
    default: "127.0.0.1",
    description: "Address to listen on; 0.0.0.0 is every one of this machine.",
  },
  max_series: {
    type: "number",
    default: 2_000,
    description: "Series of one figure at most; those beyond are added together under the label value other.",
  },
} as const satisfies SettingsSchema;

/** Where to listen. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** @throws {NuvomError} `NUVOM_PROMETHEUS_PORT` */
export function readAddress(settings: PluginSettings): Address {
  const { prometheus_port: port = SETTINGS.prometheus_port.default, host = SETTINGS.host.default } = settings;
  if (!Number.isInteger(port) || Number(port) < 0 || Number(port) > 65_535) throw badPort(port);
  return { host: String(host), port: Number(port) };
}

/** @throws {NuvomError} `NUVOM_PROMETHEUS_MAX_SERIES` */
export function readMaxSeries({ max_series: max = SETTINGS.max_series.default }: PluginSettings): number {
  if (!Number.isInteger(max) || Number(max) < 1) throw badMaxSeries(max);
  return Number(max);
}
