/** One `tag=value` of a DKIM key or a DMARC policy, blanks around it gone. */
export interface Tag {
  readonly name: string;
  readonly value: string;
}

/** The list of RFC 6376 3.2, `tag=value; tag=value` with a semicolon at its end or not; or what is wrong with it. */
export function readTagList(text: string): readonly Tag[] | string {
  const parts = text.split(';').map((part) => part.trim());
  if (parts[parts.length - 1] === '') parts.pop();
  const tags: Tag[] = [];
  const names = new Set<string>();
  for (const part of parts) {
    const equals = part.indexOf('=');
    const name = part.slice(0, equals).trim();
    if (equals < 0 || !/^[a-z][a-z0-9_]*$/i.test(name)) return `has ${shown(part)}, which is not of the form tag=value`;
    if (names.has(name)) return `has the tag ${name} twice`;
    names.add(name);
    tags.push({ name, value: part.slice(equals + 1).trim() });
  }
  return tags;
}

export function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text);
}
