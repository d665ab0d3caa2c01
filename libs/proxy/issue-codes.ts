/** Every code of this room, and what it means. */
export const proxyIssueCodes = {
  PROXY_HOST_UNSERVED: 'a host name is written down but the mode does not serve it',
  PROXY_NOT_PRIVATE: 'a published tenant has neither credentials nor `auth: none`',
  PROXY_NO_SOCKET: 'a tenant has no unix socket that the web server could reach',
  PROXY_UNSAFE_PATH: 'a path has characters that mean something to the web server',
  PROXY_CERTIFICATE: 'a certificate without its key, or without `proxy.tls`',
  PROXY_MANY_SITES: 'more servers of their own than a web server likes',
  PROXY_TEMPLATE: 'a template does not fit, or lets a value leave its place',
} as const;

export type ProxyIssueCode = keyof typeof proxyIssueCodes;
