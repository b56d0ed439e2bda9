/**
 * ```text
 *  0       1       2       3       4       5
 * +-------+-------+-------+-------+-------+---------------- - - -
 * |  payload length, uint32, BE   | flags |  payload
 * +-------+-------+-------+-------+-------+---------------- - - -
 * ```
 * `length` counts the payload alone. `flags`: bit 0 (1) says that the message goes on in the next frame; all other bits
 * are 0. A message is the payloads of its frames, one after the other, up to the first frame without that bit.
 */
export const frameHeaderBytes = 5;

/** The message goes on in the next frame. */
export const frameFlagMore = 1;

/** The largest payload of a frame where nothing else was agreed. */
export const defaultMaxFrameBytes = 16 * 1024 * 1024;

/** The largest message, all its frames together, where nothing else is said. */
export const defaultMaxMessageBytes = 256 * 1024 * 1024;
