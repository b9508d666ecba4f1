/** Counts what happens to plugins, executors and the queue in this process. @module */

import type { EventBus, EventTable, MetricFamily } from "../core/mod.ts";
import { counter, gauge, histogram, sample } from "./families.ts";
import { Histogram } from "./histogram.ts";

type PluginState = EventTable["plugin.state"]["state"];

const STATES: readonly PluginState[] = ["starting", "running", "crashed", "backoff", "failed", "stopping", "stopped"];
const REASONS = ["stopped", "timeout", "memory", "crashed"] as const;
const OUTCOMES = ["answer", "error", "timeout"] as const;
/** In seconds. */
const CALLS = [0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30] as const;

class PluginCounts {
  state: PluginState = "starting";
  crashes = 0;
  restarts = 0;
  readonly calls = { answer: 0, error: 0, timeout: 0 };
  readonly durations = new Histogram(CALLS);
}

/** Counts from its construction on. There are as many plugins as the manifest names, so nothing needs a bound. */
export class RealmFigures {
  readonly #plugins = new Map<string, PluginCounts>();
  readonly #ends: Record<(typeof REASONS)[number], number> = { stopped: 0, timeout: 0, memory: 0, crashed: 0 };
  #lost = 0;
  #failures = 0;

  /** Listens to the bus for good. */
  constructor(bus: EventBus) {
    bus.on("plugin.state", ({ plugin, state }) => this.#entered(this.#of(plugin), state));
    bus.on("plugin.called", ({ plugin, durationMs, waits, outcome }) => {
      const counts = this.#of(plugin);
      counts.calls[outcome]++;
      if (!waits) counts.durations.observe(durationMs / 1_000);
    });
    bus.on("executor.ended", ({ reason }) => this.#ends[reason]++);
    bus.on("leases.lost", ({ ids }) => this.#lost += ids.length);
    bus.on("queue.failing", () => this.#failures++);
  }

  /** All of it, now. */
  families(): MetricFamily[] {
    const plugins = [...this.#plugins];
    const each = (name: "crashes" | "restarts") => plugins.map(([plugin, counts]) => sample({ plugin }, counts[name]));
    const states = plugins.flatMap(([plugin, counts]) =>
      STATES.map((state) => sample({ plugin, state }, Number(counts.state === state)))
    );
    const calls = plugins.flatMap(([plugin, counts]) =>
      OUTCOMES.map((outcome) => sample({ plugin, outcome }, counts.calls[outcome]))
    );
    const durations = plugins.map(([plugin, counts]) => counts.durations.sample({ plugin }));
    const ends = REASONS.map((reason) => sample({ reason }, this.#ends[reason]));
    return [
      gauge("nuvom_plugin_state", "1 for the state that a plugin is in, 0 for the others.", states),
      counter("nuvom_plugin_crashes_total", "Ends of a plugin's realm that nobody asked for.", each("crashes")),
      counter("nuvom_plugin_restarts_total", "Starts of a plugin after a crash.", each("restarts")),
      counter("nuvom_plugin_calls_total", "Calls into a plugin that have ended, by outcome.", calls),
      histogram("nuvom_plugin_call_duration_seconds", "Calls into a plugin that wait for nothing else.", durations),
      counter("nuvom_executor_ends_total", "Executors that have ended, by reason.", ends),
      counter("nuvom_leases_lost_total", "Jobs whose lease ran out while this worker had them.", this.#lost),
      counter(
        "nuvom_queue_failures_total",
        "Calls to the queue backend that failed and were repeated.",
        this.#failures,
      ),
    ];
  }

  #of(plugin: string): PluginCounts {
    const found = this.#plugins.get(plugin) ?? new PluginCounts();
    this.#plugins.set(plugin, found);
    return found;
  }

  #entered(counts: PluginCounts, state: PluginState): void {
    if (state === "crashed") counts.crashes++;
    if (state === "starting" && counts.state === "backoff") counts.restarts++;
    counts.state = state;
  }
}
