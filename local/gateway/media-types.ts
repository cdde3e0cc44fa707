/** The type without its parameters, `application/json; charset=utf-8` → `application/json`. */
export function mediaType(header: string | undefined): string | undefined {
  const type = header?.split(';')[0]?.trim().toLowerCase();
  return type === '' ? undefined : type;
}

/** Of an `Accept` header API Gateway heeds the first type alone. */
export function firstAccepted(accept: string | undefined): string | undefined {
  return mediaType(accept?.split(',')[0]);
}

export function isBinary(type: string | undefined, binaryMediaTypes: readonly string[]): boolean {
  return binaryMediaTypes.some((binary) => {
    const pattern = binary.toLowerCase();
    if (pattern === '*/*') {
      return true;
    }
    return pattern.endsWith('/*') ? type?.startsWith(pattern.slice(0, -1)) === true : type === pattern;
  });
}

/** The template for a media type: its own, then the one for JSON, then any; as API Gateway chooses for what it sends. */
export function templateFor(
  templates: Readonly<Record<string, string>>,
  type: string | undefined,
): { readonly contentType: string; readonly template: string } | undefined {
  const contentType = [type, 'application/json', ...Object.keys(templates)].find(
    (key) => key !== undefined && Object.hasOwn(templates, key),
  );
  const template = contentType === undefined ? undefined : templates[contentType];
  return contentType === undefined || template === undefined ? undefined : { contentType, template };
}
