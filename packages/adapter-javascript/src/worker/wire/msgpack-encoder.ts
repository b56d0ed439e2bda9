import {
  allocate,
  byteLength,
  bytesSet,
  bytesSubarray,
  isArray,
  isInteger,
  objectKeys,
  utf8Write,
} from "../primordials.ts";

let buffer = allocate(16 * 1024);
let view = new DataView(buffer.buffer);
let length = 0;

// The protocol nests no deeper.
const maxDepth = 64;

/**
 * Plain data as msgpack: maps with text keys, in which what is `undefined` is left out. The bytes are valid until the next call.
 * @throws Error for what the protocol cannot hold
 */
export function encodeMsgpack(value: unknown): Uint8Array {
  length = 0;
  write(value, maxDepth);
  return bytesSubarray(buffer, 0, length);
}

function write(value: unknown, depth: number): void {
  switch (typeof value) {
    case "string":
      return writeText(value);
    case "number":
      return writeNumber(value);
    case "boolean":
      return writeByte(value ? 0xc3 : 0xc2);
    case "undefined":
      return writeByte(0xc0);
    case "object":
      if (value === null) return writeByte(0xc0);
      if (depth === 0) throw new Error("nested too deeply");
      if (value instanceof Uint8Array) return writeBytes(value);
      if (isArray(value)) return writeArray(value, depth);
      return writeMap(value as Record<string, unknown>, depth);
    default:
      throw new Error(`a ${typeof value} cannot be sent`);
  }
}

function writeMap(map: Record<string, unknown>, depth: number): void {
  const keys = objectKeys(map);
  let count = 0;
  for (let i = 0; i < keys.length; i++) if (map[keys[i] as string] !== undefined) count++;
  writeHead(count, 15, 0x80, 0xde);
  for (let i = 0; i < keys.length; i++) {
    const item = map[keys[i] as string];
    if (item === undefined) continue;
    writeText(keys[i] as string);
    write(item, depth - 1);
  }
}

function writeArray(array: readonly unknown[], depth: number): void {
  writeHead(array.length, 15, 0x90, 0xdc);
  for (let i = 0; i < array.length; i++) write(array[i], depth - 1);
}

/** The head of a map or an array. */
function writeHead(count: number, mostFixed: number, fixed: number, wide: number): void {
  if (count <= mostFixed) return writeByte(fixed | count);
  reserve(5);
  if (count < 0x10000) {
    buffer[length] = wide;
    view.setUint16(length + 1, count);
    length += 3;
  } else {
    buffer[length] = wide + 1;
    view.setUint32(length + 1, count);
    length += 5;
  }
}

function writeText(text: string): void {
  // Three bytes for each code unit at most; only what may not fit is measured.
  const most = text.length * 3;
  const size = most < 32 || text.length > 8192 ? byteLength(text) : -1;
  reserve((size === -1 ? most : size) + 5);
  const head = size === -1 ? (most < 0x100 ? 2 : 3) : textHead(size);
  const written = utf8Write(buffer, text, length + head, size === -1 ? most : size);
  writeTextHead(head, written);
  length += head + written;
}

function textHead(size: number): number {
  return size < 32 ? 1 : size < 0x100 ? 2 : size < 0x10000 ? 3 : 5;
}

function writeTextHead(head: number, size: number): void {
  if (head === 1) {
    buffer[length] = 0xa0 | size;
  } else if (head === 2) {
    buffer[length] = 0xd9;
    buffer[length + 1] = size;
  } else if (head === 3) {
    buffer[length] = 0xda;
    view.setUint16(length + 1, size);
  } else {
    buffer[length] = 0xdb;
    view.setUint32(length + 1, size);
  }
}

function writeBytes(bytes: Uint8Array): void {
  const size = bytes.byteLength;
  reserve(size + 5);
  if (size < 0x100) {
    buffer[length] = 0xc4;
    buffer[length + 1] = size;
    length += 2;
  } else if (size < 0x10000) {
    buffer[length] = 0xc5;
    view.setUint16(length + 1, size);
    length += 3;
  } else {
    buffer[length] = 0xc6;
    view.setUint32(length + 1, size);
    length += 5;
  }
  bytesSet(buffer, bytes, length);
  length += size;
}

function writeNumber(value: number): void {
  reserve(9);
  if (!isInteger(value) || (value === 0 && 1 / value < 0)) {
    buffer[length] = 0xcb;
    view.setFloat64(length + 1, value);
    length += 9;
  } else if (value >= 0 && value < 0x80) {
    buffer[length++] = value;
  } else if (value < 0 && value >= -32) {
    buffer[length++] = value & 0xff;
  } else if (value >= 0 && value < 0x100000000) {
    buffer[length] = 0xce;
    view.setUint32(length + 1, value);
    length += 5;
  } else if (value >= -0x80000000 && value < 0) {
    buffer[length] = 0xd2;
    view.setInt32(length + 1, value);
    length += 5;
  } else {
    buffer[length] = 0xd3;
    view.setBigInt64(length + 1, BigInt(value));
    length += 9;
  }
}

function writeByte(byte: number): void {
  reserve(1);
  buffer[length++] = byte;
}

function reserve(count: number): void {
  if (length + count <= buffer.length) return;
  const larger = allocate(Math.max(buffer.length * 2, length + count));
  bytesSet(larger, bytesSubarray(buffer, 0, length), 0);
  buffer = larger;
  view = new DataView(larger.buffer);
}
