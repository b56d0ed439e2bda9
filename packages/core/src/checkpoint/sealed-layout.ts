/*
 * A sealed checkpoint. Numbers are unsigned and big-endian; every tag is an HMAC-SHA-256.
 *
 *   +---------------+---------+-----------+----------+--------------+=============+---------+
 *   | magic       8 | vers. 1 | key id  8 | salt  16 | length L   4 | header    L | tag  32 |
 *   +---------------+---------+-----------+----------+--------------+=============+---------+
 *   then any number of data records, then one end record:
 *   +---------+--------------+===========+---------+
 *   | type  1 | length N   4 | payload N | tag  32 |
 *   +---------+--------------+===========+---------+
 *   then the length of the end record as 4 bytes: who reads backwards finds it by that.
 *
 * The stream key is the HMAC of everything before the header's tag, under the key that the key id names; so each tag holds
 * for this header alone. The header's tag is of `H`, that of a data record of its type, number from 0, length and payload,
 * that of the end record of its type, length and payload, which tell how many records there are.
 */

export const magic = Buffer.from("HOLDFAST", "latin1");
export const formatVersion = 1;

export const keyIdBytes = 8;
export const saltBytes = 16;
export const tagBytes = 32;
export const trailerBytes = 4;

/** Where things are in front of the header. */
export const preambleAt = { version: 8, keyId: 9, salt: 17, headerLength: 33, end: 37 } as const;

/** In front of a record's payload: type and length. */
export const recordHeadBytes = 5;
/** What a record has beside its payload. */
export const recordOverheadBytes = recordHeadBytes + tagBytes;
export const dataRecord = 0x44;
export const endRecord = 0x45;

/** JSON of a header. Every text in it is bounded, so that this is never reached. */
export const maxHeaderBytes = 64 * 1024;
/** Payload of a data record: large enough that tags cost little, small enough to be checked in 0.2 ms. */
export const maxDataBytes = 256 * 1024;
/** JSON of an end record. */
export const maxEndBytes = 8 * 1024 * 1024;
