/** Names of queues. @module */

/**
 * Selects the queues with jobs of a state that has an index by queue. Jumps in it from one name to the next, whatever
 * number of jobs each of them has.
 */
export function queuesWith(state: number): string {
  return `WITH RECURSIVE found (name) AS (
    SELECT min(queue) FROM jobs WHERE state = ${state}
    UNION ALL
    SELECT (SELECT min(queue) FROM jobs WHERE state = ${state} AND queue > found.name) FROM found
    WHERE found.name IS NOT NULL
  )
  SELECT name FROM found WHERE name IS NOT NULL`;
}
