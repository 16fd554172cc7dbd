export { aesGcmCodec } from './aes-gcm-codec.js';
export type { AesGcmOptions, AesKey } from './aes-gcm-options.js';
