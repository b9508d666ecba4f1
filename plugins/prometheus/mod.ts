/** Serves nuvom's figures to Prometheus. @module */

import type { Plugin, PluginContext, PluginSettings } from "nuvom";
import { renderer } from "./exposition.ts";
import { type MetricsServer, serveMetrics } from "./server.ts";
import { readAddress, SETTINGS } from "./settings.ts";

/** The plugin `prometheus`: `/metrics` over HTTP, from `start` to `stop`. */
export class Prometheus implements Plugin {
  readonly name = "prometheus";
  readonly provides = ["monitoring"] as const;
  readonly permissions = { net: [`${SETTINGS.host.default}:${SETTINGS.prometheus_port.default}`] };
  readonly settings = SETTINGS;
  #server: MetricsServer | undefined;

  /** @throws {NuvomError} `NUVOM_PROMETHEUS_…` when the address can't be listened on. */
  start(settings: PluginSettings, context: PluginContext): void {
    const render = renderer(context.log);
    this.#server = serveMetrics({
      ...readAddress(settings),
      figures: async () => render(await context.metrics()),
      log: context.log,
      signal: context.signal,
    });
  }

  /** Resolves when the port is free. */
  async stop(): Promise<void> {
    await this.#server?.close();
  }
}

export default Prometheus;
