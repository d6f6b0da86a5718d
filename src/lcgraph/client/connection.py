"""Requests to a service: sent again where that may help, and errors told as what they are."""

from __future__ import annotations

import random
import socket
import ssl
import time
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx

import lcgraph
from lcgraph.client.errors import BrokenOff, ServiceError, Unreachable
from lcgraph.client.refusals import error_of, problem_in
from lcgraph.errors import InputError, LcgraphError
from lcgraph.language import Text

_MAY_PASS = {
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}
_WOULD_FAIL_AGAIN = {"deadline", "memory", "size", "rows"}
"""Limits that a query passes each time that it is run. Only the queue gets shorter by waiting."""

_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 10.0
_ERROR_BYTES = 64 * 1024

Parameters = Sequence[tuple[str, str]]


class Connection:
    """A connection to a service, or to several; may be used by several threads.

    :param language: of what the service says.
    :param timeout: seconds to wait for a connection, and for the next bytes of an answer.
    :param retries: how often a request is sent again that may succeed then.
    :param patience: seconds to wait for a service that says when to come again.
    :param user_agent: who asks, put before what the client says of itself.
    :param auth: name and password.
    """

    def __init__(
        self,
        language: str,
        *,
        timeout: float,
        retries: int,
        patience: float,
        user_agent: str,
        auth: tuple[str, str] | None,
    ) -> None:
        self.timeout = timeout
        self.retries = retries
        self.patience = patience
        itself = f"lcgraph/{lcgraph.__version__} (+https://w3id.org/lcgraph/) python-httpx/{httpx.__version__}"
        self._http = httpx.Client(
            headers={"User-Agent": f"{user_agent} {itself}".strip(), "Accept-Language": language},
            timeout=timeout,
            follow_redirects=True,
            auth=auth,
        )
        self._finalizer = weakref.finalize(self, self._http.close)  # for those who make a client and forget it

    def close(self) -> None:
        """Closes the connections that are open."""
        self._finalizer()

    @contextmanager
    def send(
        self,
        method: str,
        address: str,
        *,
        accept: str,
        parameters: Parameters = (),
        form: Parameters = (),
        content: bytes | None = None,
    ) -> Iterator[httpx.Response]:
        """The answer to a request, as it comes.

        What is sent must change nothing, so that it may be sent again.

        :param accept: the formats that are wanted.
        :param parameters: of the address.
        :param form: fields of a form; without them ``content`` is the body.
        :raises Unreachable: if there is no answer, also after all retries.
        :raises BrokenOff: if the service says that the answer is a part.
        :raises LcgraphError: what the service refuses.
        """
        headers = {"Accept": accept}
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            content = str(httpx.QueryParams(list(form))).encode()
        url = httpx.URL(address)
        if parameters:  # beside those that the address has itself
            url = url.copy_with(params=[*url.params.multi_items(), *parameters])
        request = self._http.build_request(method, url, headers=headers, content=content)
        response = self._answered(request, address)
        try:
            _same_question(request, response, address)
            if response.status_code == HTTPStatus.PARTIAL_CONTENT or "x-sql-state" in response.headers:
                raise BrokenOff(  # the header is Virtuoso's, which answers with what it has found in time
                    Text("The service says that its answer is only a part."),
                    address=address,
                    status=response.status_code,
                    remedy=ASK_FOR_LESS,
                )
            yield response
        except httpx.TimeoutException as error:
            raise BrokenOff(
                Text("The answer stopped for {seconds} seconds before it was whole.", seconds=f"{self.timeout:g}"),
                address=address,
                remedy=ASK_FOR_LESS,
            ) from error
        except (httpx.TransportError, httpx.DecodingError, httpx.StreamError) as error:
            raise broken_off(address, error) from error
        finally:
            response.close()

    def _answered(self, request: httpx.Request, address: str) -> httpx.Response:
        """The head of an answer that has no error status."""
        for again in range(self.retries, -1, -1):
            try:
                response = self._http.send(request, stream=True)
            except (httpx.ReadTimeout, httpx.WriteTimeout) as error:
                raise Unreachable(
                    Text("There was no answer within {seconds} seconds.", seconds=f"{self.timeout:g}"),
                    address=address,
                    remedy=Text("Ask for less, or give the client a longer “timeout”."),
                ) from error
            except httpx.TooManyRedirects as error:
                raise Unreachable(Text("The address leads to itself."), address=address) from error
            except httpx.TransportError as error:
                if not again or _is_hopeless(error):
                    raise Unreachable(
                        Text("The service cannot be reached: {reason}.", reason=str(error).rstrip(".")),
                        address=address,
                        remedy=Text("Look at the address, and whether the service runs."),
                    ) from error
                self._pause(again, None)
                continue
            if response.is_success:
                return response
            refused, may_pass = _refused(response, address)
            wait = _retry_after(response.headers)
            if not again or not may_pass or (wait or 0) > self.patience:
                raise refused
            self._pause(again, wait)
        raise AssertionError(address)

    def _pause(self, again: int, wait: float | None) -> None:
        if wait is None:  # so that clients which failed together do not come again together
            ceiling = min(_FIRST_PAUSE * 2 ** (self.retries - again), _LONGEST_PAUSE)
            wait = ceiling * random.uniform(0.5, 1)  # noqa: S311  # nothing secret
        time.sleep(wait)


ASK_FOR_LESS = Text(
    "Ask for less: name a city, a measure or a year, add a LIMIT, or have the result come in pages, with “page”."
)


def broken_off(address: str, why: Exception) -> BrokenOff:
    """The error for an answer that ends before it is whole."""
    return BrokenOff(
        Text("The answer was broken off before it was whole: {reason}.", reason=str(why).rstrip(".")),
        address=address,
        remedy=ASK_FOR_LESS,
    )


def whole(response: httpx.Response) -> bytes:
    """The whole body of an answer."""
    return b"".join(response.iter_bytes())


def media_type_of(response: httpx.Response) -> str:
    """The media type of an answer, without parameters."""
    content_type: str = response.headers.get("content-type", "")
    return content_type.partition(";")[0].strip().lower()


def checked_address(address: str) -> str:
    """An address without the slash at its end.

    :raises InputError: if it is none of the web.
    """
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, TypeError):
        url = httpx.URL("")
    if url.scheme not in ("http", "https") or not url.host:
        raise InputError(
            Text("“{found}” is not the address of a service.", found=str(address)[:200]),
            remedy=Text("Write it whole, as in {example}.", example="http://127.0.0.1:8000"),
        )
    return address.rstrip("/")


def _refused(response: httpx.Response, address: str) -> tuple[LcgraphError, bool]:
    """The error that an answer tells of, and whether the request may succeed later."""
    body = b""
    try:
        for piece in response.iter_bytes():
            body += piece
            if len(body) > _ERROR_BYTES:
                break
    except httpx.HTTPError:  # what came of it has to do
        pass
    finally:
        response.close()
    media_type = media_type_of(response)
    problem = problem_in(media_type, body)
    may_pass = response.status_code in _MAY_PASS and problem.get("limit") not in _WOULD_FAIL_AGAIN
    return error_of(address, response.status_code, media_type, body), may_pass


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a service wants one to wait; None where it does not say. RFC 9110, section 10.2.3."""
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return float(said)
    try:
        when = parsedate_to_datetime(said)
    except ValueError:
        return None
    return max(0.0, ((when if when.tzinfo else when.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds())


def _is_hopeless(error: BaseException) -> bool:
    """Whether a connection fails for a reason that does not go away: a name that is not known, a wrong certificate."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return True
        if isinstance(cause, socket.gaierror) and cause.errno != socket.EAI_AGAIN:
            return True
        cause = cause.__cause__ or cause.__context__
    return isinstance(error, httpx.UnsupportedProtocol)


def _same_question(request: httpx.Request, response: httpx.Response, address: str) -> None:
    """Refuses the answer to a question that a redirection lost: by most of them a POST becomes a GET without a body."""
    if request.method == "POST" and response.request.method != "POST":
        raise ServiceError(
            Text("The service has moved to {address}.", address=str(response.url)),
            address=address,
            status=response.history[0].status_code,
            remedy=Text("Give that address to the client."),
        )
