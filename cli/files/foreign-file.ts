import { type ForeignFormat, foreignFormat } from '../../lambdas/domain/campaign/foreign-format.ts';

/** What a file of commands is instead of text, and how to convert it. Worded to follow the file's name. */
export function foreignFile(head: Uint8Array): string | undefined {
  const format = foreignFormat(head);
  return format && `${format.is}. ${remedy(format)}`;
}

function remedy({ is, kind, unpackedBy, encoding }: ForeignFormat): string {
  if (unpackedBy !== undefined) return `Unpack it: ${unpackedBy} <file> | onelink send -`;
  if (encoding !== undefined) return `Save the file as UTF-8 (iconv -f ${encoding} -t UTF-8)`;
  switch (kind) {
    case 'spreadsheet':
      return `${is.includes('ZIP') ? 'Unpack it, or save' : 'Save'} the sheet as CSV for onelink campaign. onelink send reads NDJSON`;
    case 'document':
      return is.includes('RTF') ? 'Save it as plain text' : 'Commands are NDJSON or a JSON array';
    case 'table':
      return 'Make NDJSON of it';
    default:
      return 'Unpack it';
  }
}
