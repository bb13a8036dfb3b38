/** Headers that prove who calls. */
const secretHeader = /^(?:authorization|x-amz-security-token)$/i;
/** Shorter words are names, such as `Bearer` or `AWS4-HMAC-SHA256`. */
const leastCharacters = 20;
const keyForm = /^olp_[a-z0-9]{8}_(.+)$/;

/**
 * Removes what a request has proved its caller with from a text of the answer. What answers in place of the HTTP API may
 * echo the request.
 */
export function withoutSecrets(headers: Readonly<Record<string, string>>): (text: string) => string {
  const secrets = Object.entries(headers)
    .filter(([name]) => secretHeader.test(name))
    .flatMap(([, value]) => value.split(/[\s,]+|(?<=Credential|Signature)=/))
    .flatMap((word) => [word, ...(keyForm.exec(word)?.slice(1) ?? [])])
    .filter((word) => word.length >= leastCharacters);
  return (text) => secrets.reduce((clean, secret) => clean.replaceAll(secret, '[secret]'), text);
}
