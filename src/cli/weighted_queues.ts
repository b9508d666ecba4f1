/** The value of `--queues`: names, with or without weights. @module */

import { checkQueueName } from "../core/mod.ts";
import { badValue } from "./errors.ts";

/** Queues of a worker. */
export interface WeightedQueues {
  readonly queues: readonly string[];
  /** One for each; left out where no queue has any. */
  readonly weights?: readonly number[];
}

const HEAVIEST = 1_000;

/**
 * Reads `mail`, or `mail=3`. Where one queue has a weight, those without have 1.
 *
 * @throws {NuvomError} `NUVOM_TASK_OPTIONS` for a name, `NUVOM_CLI_VALUE` for a weight.
 */
export function weightedQueues(items: readonly string[]): WeightedQueues {
  const parts = items.map((item) => {
    const [name, weight, ...more] = item.split("=");
    const isWeight = weight === undefined ||
      (/^\d{1,4}$/.test(weight) && Number(weight) >= 1 && Number(weight) <= HEAVIEST);
    if (!isWeight || more.length > 0) throw badValue("queues", item, `a weight from 1 to ${HEAVIEST}, as in mail=3`);
    return { name: checkQueueName(name!), weight };
  });
  const queues = parts.map(({ name }) => name);
  if (parts.every(({ weight }) => weight === undefined)) return { queues };
  return { queues, weights: parts.map(({ weight }) => Number(weight ?? 1)) };
}
