/**
 * Opens new databases, each at a given moment together with others, and enqueues a job in each.
 * Arguments: folder, first moment, milliseconds between two moments, number of databases.
 * @module
 */

import { newJob } from "../../../testing/new_job.ts";
import { OwnQueue } from "../testing.ts";

const [folder, ...numbers] = Deno.args as [string, ...string[]];
const [first, gap, count] = numbers.map(Number) as [number, number, number];
for (let round = 0; round < count; round++) {
  while (Date.now() < first + round * gap) { /* closer than any timer */ }
  const queue = new OwnQueue({ path: `${folder}/${round}.db` });
  await queue.enqueue([newJob()]);
  await queue.close();
}
