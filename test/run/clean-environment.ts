/**
 * Runs before each test file. Files of one worker share their process, and the endpoints of a file's servers must not reach the
 * next file.
 */
for (const name of Object.keys(process.env)) {
  if (name.startsWith('AWS_ENDPOINT_URL')) delete process.env[name];
}
