import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "@holdfast/client";
import { createMcpServer } from "@holdfast/mcp";
import { Client, InMemoryTransport, type Tool } from "@modelcontextprotocol/client";
import { expect, it } from "vitest";
import { repository } from "../support/repository.ts";

const page = join(repository, "docs/mcp.md");
const block = /<!-- tools: from the code -->[^]*<!-- \/tools -->/;

async function tools(): Promise<readonly Tool[]> {
  const [near, far] = InMemoryTransport.createLinkedPair();
  await createMcpServer(createClient()).connect(far);
  await using client = Object.assign(new Client({ name: "docs", version: "1.0.0" }), {
    [Symbol.asyncDispose]: () => client.close(),
  });
  await client.connect(near);
  return (await client.listTools()).tools;
}

function row({ name, description = "", inputSchema, annotations = {} }: Tool): string {
  const { properties = {}, required = [] } = inputSchema;
  const takes = Object.keys(properties).map((key) => (required.includes(key) ? key : `${key}?`));
  const hints = [
    annotations.readOnlyHint === true ? "reads only" : null,
    annotations.destructiveHint === true ? "can destroy" : null,
    annotations.idempotentHint === true ? "can be repeated" : null,
  ];
  const [summary = ""] = description.split(/(?<=[.])\s/);
  return `| \`${name}\` | ${takes.map((key) => `\`${key}\``).join(", ")} | ${summary} | ${hints.filter((hint) => hint !== null).join(", ")} |`;
}

/** The formatter pads the columns of a table. */
function squeeze(from: string | undefined): string | undefined {
  return from?.replaceAll(/ +|-{3,}/g, " ");
}

it("docs/mcp.md lists the tools that there are; HOLDFAST_UPDATE=1 writes them there", async () => {
  const table = [
    "<!-- tools: from the code -->",
    "",
    "| tool | takes | what it does | hints |",
    "| --- | --- | --- | --- |",
    ...(await tools()).map(row),
    "",
    "<!-- /tools -->",
  ].join("\n");
  const text = readFileSync(page, "utf8");
  if (process.env["HOLDFAST_UPDATE"] === "1")
    writeFileSync(
      page,
      text.replace(block, () => table),
    );
  expect(squeeze(block.exec(readFileSync(page, "utf8"))?.[0])).toBe(squeeze(table));
});

it("each tool says what it is for, what it takes and answers, and what it can do to the user", async () => {
  for (const {
    name,
    title,
    description,
    inputSchema,
    outputSchema,
    annotations,
  } of await tools()) {
    const undescribed = Object.entries(inputSchema.properties ?? {})
      .filter(([, schema]) => !JSON.stringify(schema).includes('"description":'))
      .map(([key]) => key);
    expect([name, undescribed]).toEqual([name, []]);
    expect(inputSchema).toMatchObject({ additionalProperties: false });
    expect({ title, description, outputSchema, annotations }).toEqual({
      title: expect.any(String),
      description: expect.stringMatching(/^[A-Z][^]{40,}\.$/),
      outputSchema: expect.objectContaining({ type: "object" }),
      annotations: expect.objectContaining({ readOnlyHint: expect.any(Boolean) }),
    });
  }
});
