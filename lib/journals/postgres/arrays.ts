/** The object ids of the types that parameters have. */
const OIDS = { text: 25, bigint: 20, integer: 23, boolean: 16 } as const;

export type ColumnType = keyof typeof OIDS;
export type ColumnValue = string | number | boolean | null;

/** Dimensions, whether it has nulls, the type; then the length and the lower bound. */
const HEADER_BYTES = 20;

/**
 * A one-dimensional array as Postgres reads it in binary: unlike the array's text it needs no
 * escapes, of which JSON would have many. pg sends a Buffer as it is.
 */
export function binaryArray(type: ColumnType, values: readonly ColumnValue[]): Buffer {
  const width = type === 'bigint' ? 8 : type === 'integer' ? 4 : 1;
  let size = HEADER_BYTES;
  for (const value of values) {
    size += 4;
    if (value !== null) size += type === 'text' ? Buffer.byteLength(String(value)) : width;
  }
  const buffer = Buffer.allocUnsafe(size);
  buffer.writeInt32BE(1, 0);
  buffer.writeInt32BE(values.includes(null) ? 1 : 0, 4);
  buffer.writeInt32BE(OIDS[type], 8);
  buffer.writeInt32BE(values.length, 12);
  buffer.writeInt32BE(1, 16);
  let at = HEADER_BYTES;
  for (const value of values) at = writeElement(buffer, at, type, value);
  return buffer;
}

function writeElement(buffer: Buffer, at: number, type: ColumnType, value: ColumnValue): number {
  const start = at + 4;
  if (value === null) return buffer.writeInt32BE(-1, at);
  let bytes: number;
  switch (type) {
    case 'text':
      bytes = buffer.write(String(value), start);
      break;
    case 'bigint':
      bytes = buffer.writeBigInt64BE(BigInt(value), start) - start;
      break;
    case 'integer':
      bytes = buffer.writeInt32BE(Number(value), start) - start;
      break;
    case 'boolean':
      bytes = buffer.writeUInt8(value === true ? 1 : 0, start) - start;
      break;
  }
  buffer.writeInt32BE(bytes, at);
  return start + bytes;
}
