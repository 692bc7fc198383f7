// Has a server that names no host listen on 127.0.0.1 only.
const { Server } = require("node:net");
const listen = Server.prototype.listen;
Server.prototype.listen = function (port, ...rest) {
  return typeof port === "number" || typeof port === "string"
    ? listen.call(this, { port, host: "127.0.0.1" }, ...rest.filter((one) => typeof one === "function"))
    : listen.call(this, port, ...rest);
};
