"""A mail server for tests: tells its port, then each event as a line of JSON, until its standard input ends.

The options are one JSON object: "tls" ("starttls" or "from_start") with "certificate" and "key"; "user" and "password"
that authenticate; "auth_required"; "smtputf8"; "replies" by command ("RCPT", "DATA"); "hang" and "close" with the command
at which the server says nothing more or leaves.
"""

import asyncio
import email
import email.policy
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


def tell(event, **values):
    print(json.dumps({"event": event, **values}), flush=True)


class Handler:
    def __init__(self, options):
        self.options = options

    async def reply(self, server, command, usual):
        if self.options.get("hang") == command:
            await asyncio.Event().wait()
        if self.options.get("close") == command:
            server.transport.close()
        return self.options.get("replies", {}).get(command, usual)

    async def handle_RCPT(self, server, session, envelope, address, options):
        reply = await self.reply(server, "RCPT", "250 OK")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        reply = await self.reply(server, "DATA", "250 OK")
        tell(
            "mail" if reply.startswith("250") else "refused",
            sender=envelope.mail_from,
            recipients=envelope.rcpt_tos,
            encrypted=session.ssl is not None or self.options.get("tls") == "from_start",
            user=session.auth_data,
            name=session.host_name,
            raw=envelope.original_content.decode(),
            headers=[[name, str(value)] for name, value in mail.items()],
            parts=[part.get_content_type() for part in mail.iter_parts()],
            text=mail.get_body(["plain"]).get_content(),
            html=mail.get_body(["html"]).get_content(),
        )
        return reply

    async def handle_QUIT(self, server, session, envelope):
        return await self.reply(server, "QUIT", "221 Bye")


def authenticator(options):
    def authenticate(server, session, envelope, mechanism, data):
        assert isinstance(data, LoginPassword)
        user, password = data.login.decode(), data.password.decode()
        tell("auth", user=user, encrypted=session.ssl is not None)
        is_right = (user, password) == (options["user"], options["password"])
        return AuthResult(success=is_right, handled=False, auth_data=user if is_right else None)

    return authenticate


def tls_context(options):
    if "tls" not in options:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options["certificate"], options["key"])
    return context


async def main(options):
    tls = tls_context(options)
    offered = tls if options.get("tls") == "starttls" else None
    from_start = tls if options.get("tls") == "from_start" else None

    def connection():
        return SMTP(
            Handler(options),
            hostname="mail.test",
            enable_SMTPUTF8=options.get("smtputf8", False),
            tls_context=offered,
            authenticator=authenticator(options) if "user" in options else None,
            # Offered in the clear only where there is somebody to authenticate.
            auth_require_tls="user" not in options,
            auth_required=options.get("auth_required", False),
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(connection, "127.0.0.1", 0, ssl=from_start)
    tell("listening", port=server.sockets[0].getsockname()[1])
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main(json.loads(sys.argv[1])))
