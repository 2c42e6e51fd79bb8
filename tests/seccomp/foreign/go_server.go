// SPDX-License-Identifier: MIT
// go_server.go: `serve ADDRESS` is a server that answers "hello"; `load SECONDS` binds, listens, connects and collects
// garbage in many goroutines, with the runtime's SIGURG, and prints how often, and each error.
package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

func serve(address string) {
	network := "tcp"
	if address[0] == '0' {
		network = "tcp4" // else "0.0.0.0" is dual-stack in Go
	}
	listener, err := net.Listen(network, address)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	for {
		client, err := listener.Accept()
		if err == nil {
			io.WriteString(client, "hello\n")
			client.Close()
		}
	}
}

var sink [][]byte

func load(seconds int) {
	var binds, errors int64
	var all sync.WaitGroup
	end := time.Now().Add(time.Duration(seconds) * time.Second)
	runtime.GOMAXPROCS(4)
	for i := 0; i < 8; i++ {
		all.Add(2)
		go func() { // the collector preempts threads by SIGURG
			defer all.Done()
			for time.Now().Before(end) {
				junk := make([][]byte, 0)
				for j := 0; j < 200; j++ {
					junk = append(junk, make([]byte, 4096))
				}
				sink = junk
				runtime.GC()
			}
		}()
		go func(port int) {
			defer all.Done()
			for time.Now().Before(end) {
				listener, err := net.Listen("tcp4", "0.0.0.0:"+strconv.Itoa(port))
				if err == nil {
					var client net.Conn
					client, err = net.Dial("tcp4", "127.0.0.1:"+strconv.Itoa(port))
					if err == nil {
						client.(*net.TCPConn).SetLinger(0)
						client.Close()
					}
					listener.Close()
				}
				if err != nil {
					fmt.Println(err)
					atomic.AddInt64(&errors, 1)
				}
				atomic.AddInt64(&binds, 1)
			}
		}(19200 + i)
	}
	all.Wait()
	fmt.Println("binds", binds, "errors", errors)
}

func main() {
	if len(os.Args) == 3 && os.Args[1] == "load" {
		seconds, _ := strconv.Atoi(os.Args[2])
		load(seconds)
	} else if len(os.Args) == 3 {
		serve(os.Args[2])
	}
}
