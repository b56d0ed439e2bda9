const signatures = [
  { type: "image/png", bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { type: "image/jpeg", bytes: [0xff, 0xd8, 0xff] },
] as const;

/** The type of an image that models take, by its first bytes; `null` for all else. */
export function imageType(bytes: Uint8Array): string | null {
  const found = signatures.find((one) => one.bytes.every((byte, index) => bytes[index] === byte));
  return found?.type ?? null;
}

/**
 * Bytes as UTF-8, without the beginning of a character at the end that is cut off; `null` when they are none.
 * @param isEnd whether nothing follows them
 */
export function wholeText(
  bytes: Uint8Array,
  isEnd: boolean,
): { readonly text: string | null; readonly byteLength: number } {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  try {
    const text = decoder.decode(bytes, { stream: !isEnd });
    if (text.includes("\0")) return { text: null, byteLength: bytes.length };
    return { text, byteLength: new TextEncoder().encode(text).length };
  } catch {
    return { text: null, byteLength: bytes.length };
  }
}

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

/** @throws Error for what is not base64 */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const bytes = Buffer.from(text, "base64");
  const isWhole = /^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text);
  if (isWhole) return Uint8Array.from(bytes);
  throw new Error("content: not base64");
}
