import { assertEquals } from "@std/assert";
import { jsonProblem } from "./json_place.ts";

function problemOf(text: string): string {
  try {
    return `no problem: ${JSON.parse(text)}`;
  } catch (error) {
    return jsonProblem(text, error as SyntaxError);
  }
}

Deno.test("jsonProblem() says what stands where JSON ends", () => {
  const cases: [string, string][] = [
    ["", "it ends too early at line 1, column 1"],
    ["[5, 7", "it ends too early at line 1, column 6"],
    ["[5 7]", 'unexpected "7" at line 1, column 4'],
    ["[a]", 'unexpected "a" at line 1, column 2'],
    ["[1,]", 'unexpected "]" at line 1, column 4'],
    ["[1]]", 'unexpected "]" at line 1, column 4'],
    ["[\n 1,\n x]", 'unexpected "x" at line 3, column 2'],
    ['["😀", é]', 'unexpected "é" at line 1, column 7'],
    ["'a'", 'unexpected "\'" at line 1, column 1'],
    ['["a\\q"]', 'unexpected "q" at line 1, column 5'],
    [`[${"1, ".repeat(5_000)}oops]`, 'unexpected "o" at line 1, column 15002'],
  ];
  assertEquals(cases.map(([text]) => problemOf(text)), cases.map(([, problem]) => problem));
});
