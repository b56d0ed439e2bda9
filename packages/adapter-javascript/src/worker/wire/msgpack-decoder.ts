import { allocate, bytesSet, bytesSubarray, createObject, utf8Slice } from "../primordials.ts";

let bytes: Uint8Array = new Uint8Array(0);
let view = new DataView(bytes.buffer);
let at = 0;

/**
 * The plain data that these bytes are: maps are objects without a prototype, byte strings the caller's own.
 * @throws Error for bytes that are no message of the protocol
 */
export function decodeMsgpack(source: Uint8Array): unknown {
  bytes = source;
  view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  at = 0;
  const value = read();
  if (at !== source.byteLength) throw new Error("bytes after the message");
  return value;
}

function read(): unknown {
  const type = view.getUint8(at++);
  if (type < 0x80) return type;
  if (type >= 0xe0) return type - 0x100;
  if (type < 0x90) return readMap(type & 15);
  if (type < 0xa0) return readArray(type & 15);
  if (type < 0xc0) return readText(type & 31);
  switch (type) {
    case 0xc0:
      return null;
    case 0xc2:
      return false;
    case 0xc3:
      return true;
    case 0xc4:
    case 0xc5:
    case 0xc6:
      return readBytes(readUnsigned(type - 0xc4));
    case 0xca:
      at += 4;
      return view.getFloat32(at - 4);
    case 0xcb:
      at += 8;
      return view.getFloat64(at - 8);
    case 0xcc:
    case 0xcd:
    case 0xce:
      return readUnsigned(type - 0xcc);
    case 0xcf:
      at += 8;
      return Number(view.getBigUint64(at - 8));
    case 0xd0:
      return view.getInt8(at++);
    case 0xd1:
      at += 2;
      return view.getInt16(at - 2);
    case 0xd2:
      at += 4;
      return view.getInt32(at - 4);
    case 0xd3:
      at += 8;
      return Number(view.getBigInt64(at - 8));
    case 0xd9:
    case 0xda:
    case 0xdb:
      return readText(readUnsigned(type - 0xd9));
    case 0xdc:
    case 0xdd:
      return readArray(readUnsigned(type - 0xdb));
    case 0xde:
    case 0xdf:
      return readMap(readUnsigned(type - 0xdd));
    default:
      throw new Error(`a byte that is no msgpack of the protocol: ${type}`);
  }
}

/** A number of 1, 2 or 4 bytes, by the logarithm of their count. */
function readUnsigned(logarithm: number): number {
  at += 1 << logarithm;
  if (logarithm === 0) return view.getUint8(at - 1);
  return logarithm === 1 ? view.getUint16(at - 2) : view.getUint32(at - 4);
}

function readMap(count: number): Record<string, unknown> {
  const map = createObject(null) as Record<string, unknown>;
  for (let i = 0; i < count; i++) {
    const key = read();
    if (typeof key !== "string") throw new Error("a key that is no text");
    map[key] = read();
  }
  return map;
}

function readArray(count: number): unknown[] {
  const array: unknown[] = [];
  for (let i = 0; i < count; i++) array[i] = read();
  return array;
}

function readText(size: number): string {
  const start = at;
  take(size);
  return utf8Slice(bytes, start, at);
}

function readBytes(size: number): Uint8Array {
  const start = at;
  take(size);
  const copy = allocate(size);
  bytesSet(copy, bytesSubarray(bytes, start, at), 0);
  return copy;
}

function take(size: number): void {
  if (size > bytes.byteLength - at) throw new Error("a length that no bytes cover");
  at += size;
}
