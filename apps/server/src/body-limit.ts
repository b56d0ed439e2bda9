import { HoldfastError } from "@holdfast/core";
import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { isUpload } from "./is-upload.ts";

/**
 * Refuses bodies over a limit in bytes, whatever their encoding: by their `Content-Length`, which Node holds them to, or
 * by counting where there is none. Uploads of files have a limit of their own.
 * @throws HoldfastError `payload_too_large`
 */
export function limitBody(maxBodyBytes: number): MiddlewareHandler {
  const tooLarge = (received?: number) =>
    new HoldfastError({
      code: "payload_too_large",
      message: `request body: limit ${maxBodyBytes} bytes${received === undefined ? "" : `, received ${received} bytes`}`,
      details: { limit: maxBodyBytes, ...(received === undefined ? {} : { received }) },
    });
  const counting = bodyLimit({
    maxSize: maxBodyBytes,
    onError: () => {
      throw tooLarge();
    },
  });
  return (c, next) => {
    const { method } = c.req;
    if (method === "GET" || method === "HEAD" || isUpload(c)) return next();
    const length = c.req.header("content-length");
    // Counting makes a web stream of the body, which costs more than the rest of a small request.
    if (length === undefined || c.req.header("transfer-encoding") !== undefined)
      return counting(c, next);
    if (Number(length) > maxBodyBytes) throw tooLarge(Number(length));
    return next();
  };
}
