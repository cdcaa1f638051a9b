// What the link of a phone is like, as a browser emulates it.

/** 100 kbit/s, as in a basement. */
export const weak = { offline: false, latency: 300, downloadThroughput: 12_500, uploadThroughput: 12_500 };
export const strong = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
