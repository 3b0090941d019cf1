// Decides which headers are masked.

/** Headers whose values let their reader do something, so they are masked until asked for. */
const secret = /^(authorization|proxy-authorization|cookie|set-cookie|x-api-key|x-auth-token|x-gitlab-token)$|secret/i;

/** Whether a header's value should be masked on the screen. */
export const isSecretHeader = (name: string) => secret.test(name);
