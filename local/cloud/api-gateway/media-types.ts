/** The media type of a `Content-Type` or of one entry of an `Accept`, in lower case, without parameters. */
export function mediaTypeOf(value: string | undefined): string | undefined {
  const type = value?.split(';')[0]?.trim().toLowerCase();
  return type === '' ? undefined : type;
}

/**
 * Whether an API treats a media type as binary.
 * @param binaryMediaTypes of the API, in lower case: `image/png`, `image/*`, or all types
 */
export function isBinary(mediaType: string | undefined, binaryMediaTypes: readonly string[]): boolean {
  if (binaryMediaTypes.includes('*/*')) return true;
  if (mediaType === undefined) return false;
  return binaryMediaTypes.some(
    (type) => type === mediaType || (type.endsWith('/*') && mediaType.startsWith(type.slice(0, -1))),
  );
}
