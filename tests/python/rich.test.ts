import { execFileSync } from "node:child_process";
import { pythonRuntime } from "@holdfast/adapter-python";
import { describe, expect, it } from "vitest";
import { has } from "../support/requires.ts";
import { openSession } from "../support/session-run.ts";

// The system's own, for which Debian has the packages.
const executable = "/usr/bin/python3";
const runtime = pythonRuntime({ executable });

function hasModule(name: string): boolean {
  try {
    execFileSync(executable, ["-c", `import ${name}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!has("python3-matplotlib", hasModule("matplotlib")))("matplotlib [R3.3]", () => {
  it("shows the figures of a cell as PNG, each once, and closes them", async () => {
    await using test = await openSession(runtime);
    const { displays } = await test.run(
      "import matplotlib.pyplot as plt\nplt.plot([1, 2, 3])\nplt.figure()\nplt.bar([1], [2])\nNone",
    );
    expect(displays).toHaveLength(2);
    for (const { mime } of displays) {
      const png = Buffer.from(mime["image/png"] as Uint8Array);
      expect(png.subarray(0, 8)).toEqual(Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]));
      expect(png.length).toBeGreaterThan(1_000);
    }
    expect((await test.run("len(plt.get_fignums())")).result?.value).toBe(0);
    expect((await test.run("1")).displays).toEqual([]);
  });

  it("shows a figure on plt.show(), in order with the prints around it", async () => {
    await using test = await openSession(runtime);
    const execution = test.session.execute(
      "import matplotlib.pyplot as plt\nprint('before')\nplt.plot([1]); plt.show()\nprint('after')",
    );
    await execution.ended;
    const seen: string[] = [];
    for await (const event of execution.events())
      if (event.type === "stdout") seen.push(event.bytes.toString());
      else if (event.type === "display") seen.push("figure");
    expect(seen.join("")).toBe("before\nfigureafter\n");
  });
});

describe.skipIf(!has("python3-pandas", hasModule("pandas")))("pandas [R3.3]", () => {
  it("shows a table as HTML and as text", async () => {
    await using test = await openSession(runtime);
    const { result } = await test.run(
      "import pandas as pd\npd.DataFrame({'a': [1, 2], 'b': ['x', '<y>']})",
    );
    expect(result?.repr).toBe("   a    b\n0  1    x\n1  2  <y>");
    expect(result?.mime["text/plain"]).toBe(result?.repr);
    expect(result?.mime["text/html"]).toMatch(/<table[^]*&lt;y&gt;[^]*<\/table>/);
  });
});
